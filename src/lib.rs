//! The native part of fastvenv: what touches the disk when a virtual environment (PEP 405) is made.
//!
//! Data flows one way. The hooks of `fastvenv.EnvBuilder` pass plain strings and flags to [`python`], which turns
//! them into paths and structs for the modules below and their [`error::Error`] into Python exceptions. Nothing but
//! [`python`] knows `PyO3`; nothing at all prints, logs, or asks the interpreter for anything.

pub mod cache;
pub mod command;
pub mod environment;
pub mod error;
mod fields;
pub mod fs;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod install;
pub mod interpreter;
pub mod platform;
#[cfg(feature = "python")]
mod python;
pub mod threads;
mod wheel;
