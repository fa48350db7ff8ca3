//! An environment (PEP 405): what is in it, and how it is made.

pub mod activation;
pub mod configuration;
pub mod creation;
pub mod executables;
pub mod layout;
