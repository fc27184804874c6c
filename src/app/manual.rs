//! `greenroom completions` and `greenroom man`: the command line's own definition, in the forms of shells and of `man`.
//!
//! The page of the program has three sections that its definition does not hold in this form: examples, the variables as
//! [`VARIABLES`] declares them, and the exit codes.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use strum::VariantArray;

use super::cli::{Cli, CompletionsArgs, EXAMPLES, ManArgs};
use super::config::reference;
use super::config::table::VARIABLES;
use super::exit::{CommandResult, ExitCode, Stop, print};

/// Prints the completions for a shell.
pub fn completions(args: CompletionsArgs) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "greenroom", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

/// Prints the manual page, or writes one for the program and each of its commands into a folder.
pub fn man(args: &ManArgs) -> CommandResult {
    // `help` has no page, so no other may refer to it.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        write_page(&command, &mut page).map_err(Stop::failed)?;
        print(String::from_utf8_lossy(&page).trim_end());
        return Ok(());
    };
    let failed = |error: io::Error| Stop::failed(format!("Cannot write to {}: {error}.", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let pages = write_pages(&command, folder).map_err(failed)?;
    print(&format!("Wrote {pages} pages to {}.", folder.display()));
    Ok(())
}

/// Writes the page of a command and of everything below it; gives how many there are.
fn write_pages(command: &clap::Command, folder: &Path) -> io::Result<usize> {
    write_page(command, &mut fs::File::create(folder.join("greenroom.1"))?)?;
    let mut pages = 1;
    let mut waiting: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().cloned());
        Man::new(command).generate_to(folder)?;
        pages += 1;
    }
    Ok(pages)
}

/// Writes the page of the program.
fn write_page(command: &clap::Command, page: &mut impl Write) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_subcommands_section(page)?;
    writeln!(page, ".SH EXAMPLES")?;
    for (command, what) in EXAMPLES {
        entry(page, command, what)?;
    }
    writeln!(page, ".SH ENVIRONMENT")?;
    writeln!(
        page,
        "{}",
        plain("Options win over variables of the environment, and those over a file of variables (.env).")
    )?;
    for variable in VARIABLES {
        let mut about = reference::about(variable).join(" ");
        if let Some(default) = variable.default {
            about.push_str(&format!(" Default: {default}"));
        }
        entry(page, variable.name, &about)?;
    }
    writeln!(page, ".SH EXIT STATUS")?;
    for code in ExitCode::VARIANTS {
        entry(page, &code.number().to_string(), code.meaning())?;
    }
    man.render_version_section(page)
}

/// A word or a line in bold, and below it what it is.
fn entry(page: &mut impl Write, head: &str, about: &str) -> io::Result<()> {
    writeln!(page, ".TP\n\\fB{}\\fR\n{}", plain(head), plain(about))
}

/// A text in which `man` finds nothing to carry out.
fn plain(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
