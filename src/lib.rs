//! The native part of fastvenv: every access to the disk when a virtual environment (PEP 405) is made.
//!
//! There are two entrances. The hooks of `fastvenv.EnvBuilder` pass plain strings and flags to [`python`], which turns them
//! into paths and structs, and [`error::Error`] into Python exceptions. The program `fastvenv` starts in [`command`]. Both
//! call the steps in [`environment`]. Only [`python`] uses `PyO3`; only [`command`] prints, or reads the variables of the
//! process.

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
pub mod process;
#[cfg(feature = "python")]
mod python;
pub mod threads;
mod wheel;
