//! Countersign's server: HTTP outside, [`countersign_core`] within, SQLite below.
//!
//! A request comes in by [`listener`], is a [`call::Call`] once [`http`] has found its row in [`routes`],
//! is answered by one function of [`ops`], and leaves as a [`reply::Reply`] or a [`problem::Problem`].

pub mod app;
mod audit;
pub mod body;
pub mod breached;
pub mod call;
pub mod cli;
pub mod config;
pub mod cookies;
pub mod cors;
pub mod demo;
pub mod docs;
pub mod entropy;
pub mod guessing;
pub mod hashing;
pub mod http;
pub mod keys;
pub mod listener;
pub mod mail;
pub mod openapi;
pub mod ops;
pub mod problem;
pub mod proxies;
pub mod qr;
pub mod rate_limit;
pub mod reply;
pub mod request_id;
pub mod revocations;
pub mod routes;
pub mod store;
pub mod sweep;
pub mod telemetry;
pub mod verified;
