//! The simulated Discord and the simulated live: a product of their own (`greenroom sim`), and what every test runs against.
