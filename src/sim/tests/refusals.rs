//! What Discord refuses, over bare HTTP.
