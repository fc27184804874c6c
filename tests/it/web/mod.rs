//! What Greenroom says over HTTP, through the front door: a real server on this machine, people of every kind with a
//! browser or a token, and the simulated Discord behind it.
//!
//! | file | holds |
//! | --- | --- |
//! | [`ground`] | the ground of these tests: two servers, their people, the web in front of them |
//! | [`person`] | what somebody with a browser or a token does, and what they are answered |
//! | [`access`] | who may what, at every door of every route |
//! | [`discord_sign_in`] | to Discord and back |
//! | [`own`] | what is somebody's own, and what asks for a fresh proof |
//! | [`openapi`] | what the document of the API says, against what is answered |
//! | [`threats`], [`crowd`] | what somebody could try, alone and as many |
//! | [`html`] | what stands in a page: its forms, its fields, its text |

mod access;
mod crowd;
mod discord_sign_in;
mod ground;
mod html;
mod openapi;
mod own;
mod person;
mod threats;

pub use ground::WebWorld;
pub use person::Person;
