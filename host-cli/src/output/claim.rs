//! One run at a time per file.

use std::fs;
use std::io;
use std::path::Path;

use super::{Destination, destination, folder};
use crate::{Error, Result};

/// Keeps other runs on this machine from writing the file `path` while the claim is held. A device or a pipe can be
/// shared. Only Linux has names that vanish with their process; elsewhere nothing is claimed.
///
/// # Errors
/// If another run holds a claim.
pub(crate) fn claim(path: &Path) -> Result<Claim> {
    let Destination::File(file) = destination(path)? else { return Ok(Claim::default()) };
    let whole = fs::canonicalize(folder(&file)).map_err(|error| Error::io(path, error))?;
    Claim::new(&whole.join(file.file_name().unwrap_or_default())).ok_or_else(|| {
        Error::input(
            path,
            None,
            "another run of motevec is about to write this file: wait for it, or name another file",
        )
    })
}

/// See [`claim`].
#[derive(Debug, Default)]
pub(crate) struct Claim {
    #[cfg(target_os = "linux")]
    _name: Option<std::os::unix::net::UnixDatagram>,
}

impl Claim {
    /// Takes a name in the system's list of sockets, which follows from the file's; `None` if it is taken.
    #[cfg(target_os = "linux")]
    fn new(file: &Path) -> Option<Self> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        let hash = twox_hash::XxHash3_128::oneshot(file.as_os_str().as_bytes());
        let socket = SocketAddr::from_abstract_name(format!("motevec-output-{hash:032x}"))
            .and_then(|name| UnixDatagram::bind_addr(&name));
        match socket {
            Ok(socket) => Some(Self { _name: Some(socket) }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => None,
            // A system without sockets has no claims.
            Err(_) => Some(Self::default()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn new(_file: &Path) -> Option<Self> {
        Some(Self::default())
    }
}
