//! What Greenroom says over HTTP, through the front door: a real server on this machine, people of every kind with a
//! browser or a token, and the simulated Discord behind it.
//!
//! | file | holds |
//! | --- | --- |
//! | [`ground`] | the ground of these tests: two servers, their people, the web in front of them |
//! | [`person`] | what somebody with a browser or a token does, and what they are answered |
//! | [`asking`], [`stage`], [`goods`] | how a route is asked by its sample, and what is there for that |
//! | [`access`] | who may what, at every door of every route |
//! | [`discord_sign_in`] | to Discord and back |
//! | [`own`] | what is somebody's own, and what asks for a fresh proof |
//! | [`openapi`] | what the document of the API says, against what is answered |
//! | [`promises`] | that nothing is overwritten unseen, counted undone, or refused without a word |
//! | [`push`], [`programs`], [`overlays`], [`listener`] | what is pushed to open pages, programs and overlays, and whoever listens |
//! | [`followed`] | open pages, which are told of what changes on them |
//! | [`threats`], [`guesses`], [`sessions`], [`leaving`] | what somebody could try, also with what was worth something before |
//! | [`manners`] | what every route refuses, asks a proof for and counts, and that people have names |
//! | [`odd`], [`kept`] | addresses that nobody has in mind, and pages about problems; forms that came too late |
//! | [`links`] | nobody is led to where they may not go |
//! | [`secrets`] | what opens something is seen nowhere |
//! | [`crowd`], [`siege`] | what many who mean no good could do to others |
//! | [`browser`] | pages in a real Chromium |
//! | [`stopped`] | what is told once the disk has failed |
//! | [`names`] | how people and songs are called on pages, and what filters take |
//! | [`audit`], [`data`], [`desk`], [`evening`], [`here`], [`people`], [`pictures`], [`public`], [`operator`], [`settings`], [`sheets`], [`tasks`], [`transactions`], [`unsent`], [`users`] | features, each by its own name |
//! | [`html`] | what stands in a page: its forms, its fields, its text |

mod access;
mod asking;
mod audit;
mod browser;
mod catalogue;
mod crowd;
mod data;
mod desk;
mod discord_sign_in;
mod evening;
mod followed;
mod goods;
mod ground;
mod guesses;
mod here;
mod html;
mod kept;
mod leaving;
mod links;
mod listener;
mod manners;
mod names;
mod odd;
mod openapi;
mod operator;
mod overlays;
mod own;
mod people;
mod person;
mod pictures;
mod programs;
mod promises;
mod public;
mod push;
mod secrets;
mod sessions;
mod settings;
mod sheets;
mod shop;
mod shopfront;
mod siege;
mod stage;
mod stopped;
mod tasks;
mod threats;
mod transactions;
mod unsent;
mod users;

pub use ground::WebWorld;
pub use person::Person;
