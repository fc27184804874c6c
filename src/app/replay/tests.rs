//! Replays without a process of their own.
