//! The integration tests: one program, so that it links once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a broken setup should fail the test"
)]

mod architecture;
mod audio_forms;
mod backups;
mod canary;
mod causes;
mod choices;
mod coins;
mod commandline;
mod currency;
mod damage;
mod data_command;
mod debug_channel;
mod demo;
mod desk;
mod displays;
mod doctor;
mod economy;
mod evening;
mod findings;
mod followed;
mod fuzzing;
mod gateway;
mod golden;
mod goods;
mod handles;
mod healing;
mod health;
mod importing;
mod importing_points;
mod left_while_off;
mod limits;
mod lines;
mod links_to_files;
mod live;
mod log;
mod onlooker;
mod operator;
mod outages;
mod packaging;
mod pages;
mod patience;
mod permissions;
mod posted;
mod power_loss;
mod privacy;
mod process;
mod proof;
mod queue;
mod reading;
mod recording;
mod references;
mod references_doctor;
mod refusals;
mod refused_lives;
mod registered;
mod registration;
mod rehearsal;
mod reminders;
mod replay;
mod report;
mod restart;
mod restoring;
mod restoring_served;
mod reviewing;
mod rhythms;
mod roles;
mod security;
mod sequences;
mod set_up;
mod settable;
mod settings;
mod shop;
mod signals;
mod site;
mod snapshots;
mod sources;
mod spec;
mod sqlite;
mod standing;
mod submissions;
mod tasks;
mod terminal;
mod tiktok;
mod trouble;
mod watching;
mod web;
mod window;
mod wizard;
mod world;
