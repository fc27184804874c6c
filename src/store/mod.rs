//! The embedded store: redb, and nothing else in Greenroom knows redb.
