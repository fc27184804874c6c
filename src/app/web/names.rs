//! The names under which the web answers: every other one may be a page elsewhere that points a name of its own at us.

use crate::app::config::web::{Web, is_host_name};
use crate::app::machine;
use crate::web::access::Hosts;

/// The name of our address, those that the operator set, and those of this machine.
pub(super) fn ours(web: &Web) -> Hosts {
    let of_address = web.base_url.as_ref().and_then(|url| url.host_str()).map(str::to_owned);
    let of_machine = machine::host_name().map(|name| of_machine(&name)).unwrap_or_default();
    let mut names: Vec<String> = of_address.into_iter().chain(web.hosts.clone()).chain(of_machine).collect();
    names.sort();
    names.dedup();
    Hosts { names }
}

/// What a machine is called: by its whole name, by the first word of it, and by that in the network that it is in.
fn of_machine(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    if !is_host_name(&name) {
        return Vec::new();
    }
    let first = name.split('.').next().unwrap_or_default().to_owned();
    vec![format!("{first}.local"), first, name]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::Config;
    use crate::app::config::sources::{Origin, Sources};

    #[test]
    fn a_machine_has_three_names_and_one_that_is_none_has_no_other() {
        assert_eq!(of_machine("Pi"), ["pi.local", "pi", "pi"]);
        assert_eq!(of_machine("pi.home.lan"), ["pi.local", "pi", "pi.home.lan"]);
        assert_eq!(of_machine("(none)"), Vec::<String>::new());
        assert_eq!(of_machine("10.0.0.1"), Vec::<String>::new(), "an address is always ours");
    }

    #[test]
    fn the_name_of_the_address_and_those_that_were_set_are_ours_once_each() {
        let sources = Sources::default()
            .with(Origin::Environment, "API_BASE_URL", "https://Greenroom.example.com:8443")
            .with(Origin::Environment, "API_HOSTS", "pi.lan,greenroom.example.com");
        let Hosts { names } = ours(&Config::load(&sources).unwrap().web);
        for name in ["pi.lan", "greenroom.example.com"] {
            assert_eq!(names.iter().filter(|ours| *ours == name).count(), 1, "{names:?}");
        }
        if let Some(machine) = machine::host_name().filter(|name| is_host_name(&name.to_ascii_lowercase())) {
            assert!(names.contains(&machine.to_ascii_lowercase()), "{names:?}");
        }
    }
}
