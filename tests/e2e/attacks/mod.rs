//! What an attacker tries, against the program itself: one module for each kind of attack, and tables wherever there
//! are many of a kind. That nothing came of it is looked at as well as the refusal.

mod bodies;
mod forgery;
mod injection;
mod issuer;
mod kinds;
mod mass_assignment;
mod names;
mod replay;
mod requests;
mod rights;
mod tokens;
