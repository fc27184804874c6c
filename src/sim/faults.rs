//! Faults on order: the next matching requests fail, or are slow.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::rest::request::Request;

/// Which requests fail, how, and how many of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method; any where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests whose path contains this text; `*` stands for any part. Any path where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The status they are answered with; without one they are only slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Discord's error code in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u64>,
    /// Seconds that a 429 asks to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
    /// Whether a 429 is about the bot as a whole.
    #[serde(default)]
    pub global: bool,
    /// A page of HTML in place of Discord's JSON, as a ban at the network's edge answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// How many requests fail so; 1 where it is missing.
    #[serde(default = "once")]
    pub times: u64,
    /// How long the answer is held back, in milliseconds of the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
}

const fn once() -> u64 {
    1
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            method: None,
            path: None,
            status: None,
            code: None,
            retry_after: None,
            global: false,
            html: None,
            times: 1,
            delay_ms: None,
        }
    }
}

impl Fault {
    fn matches(&self, request: &Request) -> bool {
        let is_method = self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method));
        is_method && self.path.as_ref().is_none_or(|pattern| contains_in_order(&request.path, pattern))
    }
}

/// Whether the parts of `pattern` between its stars stand in `path`, in this order.
fn contains_in_order(path: &str, pattern: &str) -> bool {
    let mut rest = path;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = rest.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

/// The faults that are still to come, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pending: VecDeque<Fault>,
}

impl Faults {
    /// Orders a fault.
    pub(crate) fn order(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.pending.push_back(fault);
        }
    }

    /// Calls all faults off.
    pub(crate) fn clear(&mut self) {
        self.pending.clear();
    }

    /// The fault that hits this request, if any; it is used up by that.
    pub(crate) fn strike(&mut self, request: &Request) -> Option<Fault> {
        self.strike_first(|fault| fault.matches(request))
    }

    /// The fault that hits a download from the file servers: one that was ordered for their paths, which no fault of the
    /// interface means.
    pub(crate) fn strike_download(&mut self, path: &str) -> Option<Fault> {
        let is_meant = |pattern: &String| pattern.starts_with("/attachments") && contains_in_order(path, pattern);
        self.strike_first(|fault| fault.path.as_ref().is_some_and(is_meant))
    }

    fn strike_first(&mut self, is_hit: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.pending.iter().position(is_hit)?;
        let fault = self.pending.get_mut(at)?;
        fault.times -= 1;
        let struck = fault.clone();
        if fault.times == 0 {
            self.pending.remove(at);
        }
        Some(struck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_as_many_matching_requests_as_ordered() {
        let mut faults = Faults::default();
        faults.order(Fault { path: Some("/channels/*/messages".to_owned()), times: 2, ..Fault::default() });
        let request = |path: &str| Request { path: path.to_owned(), ..Request::default() };
        assert!(faults.strike(&request("/users/@me")).is_none());
        assert!(faults.strike(&request("/channels/1/messages")).is_some());
        assert!(faults.strike(&request("/channels/2/messages/3")).is_some());
        assert!(faults.strike(&request("/channels/1/messages")).is_none());
    }
}
