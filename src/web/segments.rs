//! What a path holds beside the server: `{song}` as the number of a song, for example.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::kernel::ids::{GuildId, UserId};

/// What is read from the named parts of a path. What cannot be read is not there.
pub trait Segments: Clone + Send + 'static {
    /// The names of the parts, in order.
    const NAMES: &'static [&'static str];

    /// Reads them.
    fn read(params: &BTreeMap<String, String>) -> Option<Self>;
}

impl Segments for () {
    const NAMES: &'static [&'static str] = &[];

    fn read(_: &BTreeMap<String, String>) -> Option<Self> {
        Some(())
    }
}

/// A part that can be read from text, and the name that it has in every path.
pub trait Segment: FromStr + Clone + Send + 'static {
    /// The name, without the brackets.
    const NAME: &'static str;
}

/// A path with one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct One<A>(pub A);

impl<A: Segment> Segments for One<A> {
    const NAMES: &'static [&'static str] = &[A::NAME];

    fn read(params: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self(params.get(A::NAME)?.parse().ok()?))
    }
}

/// A path with two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Two<A, B>(pub A, pub B);

impl<A: Segment, B: Segment> Segments for Two<A, B> {
    const NAMES: &'static [&'static str] = &[A::NAME, B::NAME];

    fn read(params: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self(params.get(A::NAME)?.parse().ok()?, params.get(B::NAME)?.parse().ok()?))
    }
}

impl Segment for UserId {
    const NAME: &'static str = "member";
}

/// A server that a page of the instance is about. Pages of a server have it as `{server}`, which the gate looks at.
impl Segment for GuildId {
    const NAME: &'static str = "guild";
}
