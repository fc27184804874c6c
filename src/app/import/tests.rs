//! The data of another bot, good and bad, come in once.
