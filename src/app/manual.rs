//! `greenroom completions` and `greenroom man`: the command line's own definition, in the forms of shells and of `man`.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;

use super::cli::{Cli, CompletionsArgs, ManArgs};
use super::exit::{CommandResult, Stop, print};

/// Prints the completions for a shell.
pub fn completions(args: CompletionsArgs) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "greenroom", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

/// Prints the manual page, or writes one for the program and each of its commands into a folder.
pub fn man(args: &ManArgs) -> CommandResult {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(Stop::failed)?;
        print(String::from_utf8_lossy(&page).trim_end());
        return Ok(());
    };
    let failed = |error: io::Error| Stop::failed(format!("Cannot write to {}: {error}.", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let pages = write_pages(command, folder).map_err(failed)?;
    print(&format!("Wrote {pages} pages to {}.", folder.display()));
    Ok(())
}

/// Writes the page of a command and of everything below it; gives how many there are.
fn write_pages(command: clap::Command, folder: &Path) -> io::Result<usize> {
    let mut pages = 0;
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().filter(|below| below.get_name() != "help").cloned());
        clap_mangen::Man::new(command).generate_to(folder)?;
        pages += 1;
    }
    Ok(pages)
}
