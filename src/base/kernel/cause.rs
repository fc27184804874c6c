//! Why a request over the network came to nothing: the cause under the causes, in words that say where to look.
//!
//! HTTP clients say "error sending request" for a name that cannot be resolved, a refused connection and a clock in another
//! year alike; what happened is at the bottom of the chain of errors. It is read there by kinds of the system's errors and by
//! the words of the TLS library, of which there are two versions in the program. The tests of the HTTP client hold real
//! connections against it.
//!
//! Invariant: no word of an error gets out, because an address in it can hold a secret.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

/// What is at the bottom of an error of the network. As text: a clause about the server, "it refuses the connection".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name of the server leads to no address.
    Name,
    /// The server is where the program does not go.
    OutOfReach,
    /// The machine is there, and nothing listens.
    Refused,
    /// No way leads there.
    NoRoute,
    /// This machine does not let the program out.
    Forbidden,
    /// Nothing came in time.
    TimedOut,
    /// The connection ended in the middle.
    Broken,
    /// The proxy does not let us through.
    Proxy,
    /// The certificate begins later than this machine's clock shows.
    NotValidYet,
    /// The certificate ended before this machine's clock shows.
    Expired,
    /// Nobody that we trust vouches for the certificate.
    Untrusted,
    /// The certificate is another server's.
    OtherName,
    /// What answers speaks no TLS.
    NoTls,
    /// Another trouble with TLS.
    Tls,
    /// What came cannot be read.
    Unreadable,
    /// Something that has no name here.
    Unknown,
}

/// What the TLS libraries, the resolvers and the HTTP clients say, in the order in which it counts.
const WORDS: [(&str, Cause); 27] = [
    ("the address is out of reach", Cause::OutOfReach),
    ("not valid until", Cause::NotValidYet),
    ("notvalidyet", Cause::NotValidYet),
    ("not valid yet", Cause::NotValidYet),
    ("certificate expired", Cause::Expired),
    ("peer certificate: expired", Cause::Expired),
    ("not valid for name", Cause::OtherName),
    ("notvalidforname", Cause::OtherName),
    ("unknownissuer", Cause::Untrusted),
    ("invalid peer certificate", Cause::Untrusted),
    ("corrupt message", Cause::NoTls),
    ("invalidcontenttype", Cause::NoTls),
    ("fatal alert", Cause::Tls),
    ("peer is incompatible", Cause::Tls),
    ("peer misbehaved", Cause::Tls),
    ("tls handshake", Cause::Tls),
    ("dns error", Cause::Name),
    ("failed to lookup address", Cause::Name),
    ("name or service not known", Cause::Name),
    ("name resolution", Cause::Name),
    ("nodename nor servname", Cause::Name),
    ("tunnel error", Cause::Proxy),
    ("proxy", Cause::Proxy),
    ("invalid http version", Cause::Unreadable),
    ("invalid http", Cause::Unreadable),
    ("connection closed before message completed", Cause::Broken),
    ("connection reset", Cause::Broken),
];

impl Cause {
    /// Looks through an error and everything under it.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut found = Self::Unknown;
        let mut current = Some(error);
        // A chain is a handful of errors; one that leads back to itself must not hold anybody up.
        for _ in 0..32 {
            let Some(error) = current else { break };
            let here = Self::of_one(error);
            // What is told by words is more than the kind of the system's error around it.
            let is_told = found.is_about_tls() || found == Self::Name || found == Self::Proxy;
            // An address is refused where its name is looked up, which is a trouble with the name to the HTTP client.
            if here == Self::OutOfReach || (here != Self::Unknown && !is_told) {
                found = here;
            }
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            current = match inner {
                Some(inner) => Some(inner as &(dyn Error + 'static)),
                None => error.source(),
            };
        }
        found
    }

    fn of_one(error: &(dyn Error + 'static)) -> Self {
        let text = error.to_string().to_ascii_lowercase();
        // The address of a request may hold any words.
        let text = text.split(" for url").next().unwrap_or_default();
        let by_words = WORDS.iter().find(|(words, _)| text.contains(words)).map(|(_, cause)| *cause);
        by_words.or_else(|| error.downcast_ref::<io::Error>().map(Self::of_system)).unwrap_or(Self::Unknown)
    }

    fn of_system(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable => Self::NoRoute,
            ErrorKind::PermissionDenied => Self::Forbidden,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::TimedOut,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Self::Broken,
            _ => Self::Unknown,
        }
    }

    /// Whether no encrypted connection came about.
    pub fn is_about_tls(self) -> bool {
        self.is_about_clock() || matches!(self, Self::Untrusted | Self::OtherName | Self::NoTls | Self::Tls)
    }

    /// Whether the clock of this machine may be what is wrong.
    pub fn is_about_clock(self) -> bool {
        matches!(self, Self::NotValidYet | Self::Expired)
    }

    /// What somebody can do about it who looks after the machine.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Name => {
                "Look at the name server of this machine (/etc/resolv.conf), and whether it has a network at all."
            }
            Self::OutOfReach => {
                "Look at the name server of this machine (/etc/resolv.conf): it leads this name into a private network."
            }
            Self::Refused => "Look whether the address is right, and whether a firewall or a proxy stands in the way.",
            Self::NoRoute | Self::TimedOut | Self::Broken => {
                "Look at the network of this machine, its firewall and its router."
            }
            Self::Forbidden => {
                "Look at the firewall of this machine, and at what its service manager allows the program."
            }
            Self::Proxy => "Look at the proxy that HTTPS_PROXY or ALL_PROXY names.",
            Self::NotValidYet | Self::Expired => {
                "Let the machine set its clock by the network: timedatectl set-ntp true. Where it is right, the certificate is wrong."
            }
            Self::Untrusted | Self::OtherName => {
                "Something between this machine and the server opens the encryption: a proxy, a filter, a hotel's login page."
            }
            Self::NoTls | Self::Tls => {
                "Look whether the address and its port are right, and whether a proxy stands in the way."
            }
            Self::Unreadable | Self::Unknown => "Look at the network of this machine.",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "its name cannot be resolved (DNS)",
            Self::OutOfReach => "its address is one that the bot does not go to (a private network?)",
            Self::Refused => "it refuses the connection",
            Self::NoRoute => "no way leads there (is there a network?)",
            Self::Forbidden => "this machine does not allow the connection (a firewall?)",
            Self::TimedOut => "it did not answer in time",
            Self::Broken => "the connection broke",
            Self::Proxy => "the proxy does not let the connection through",
            Self::NotValidYet => "its certificate is not valid yet, so the clock of this machine is probably behind",
            Self::Expired => "its certificate has expired, or the clock of this machine is ahead",
            Self::Untrusted => "nobody that is trusted vouches for its certificate",
            Self::OtherName => "its certificate is another server's",
            Self::NoTls => "what answers there speaks no TLS",
            Self::Tls => "no encrypted connection came about (TLS)",
            Self::Unreadable => "its answer cannot be read",
            Self::Unknown => "the network failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_tls_libraries_are_known() {
        for (text, cause) in [
            ("invalid peer certificate: NotValidYet", Cause::NotValidYet),
            (
                "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX), but certificate is not valid until 2 (1 seconds in future)",
                Cause::NotValidYet,
            ),
            ("invalid peer certificate: Expired", Cause::Expired),
            (
                "invalid peer certificate: certificate expired: verification time 3 (UNIX), but certificate is not valid after 2 (1 seconds ago)",
                Cause::Expired,
            ),
            ("invalid peer certificate: UnknownIssuer", Cause::Untrusted),
            ("invalid peer certificate: NotValidForName", Cause::OtherName),
            (
                "invalid peer certificate: certificate not valid for name \"a\"; certificate is only valid for \"b\"",
                Cause::OtherName,
            ),
            ("received corrupt message of type InvalidContentType", Cause::NoTls),
            ("received fatal alert: HandshakeFailure", Cause::Tls),
        ] {
            let inside = io::Error::new(ErrorKind::InvalidData, text);
            assert_eq!(Cause::of(&io::Error::new(ErrorKind::ConnectionReset, inside)), cause, "{text}");
        }
    }
}
