//! What the operating system tells about this machine: memory of the process, room on a disk, and what kind of disk it is.
//!
//! Everything is an `Option`: another system than Linux may not tell it, and then nothing is said about it.

use std::fs;
use std::path::Path;

/// Room on the disk of a folder, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What this user may still write.
    pub free: u64,
    /// How large the disk is.
    pub total: u64,
}

/// What a folder lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The kind of file system: `ext4`, `tmpfs`, `overlay`.
    pub kind: String,
    /// The device, or what stands for it.
    pub source: String,
    /// Whether nothing can be written to it.
    pub is_read_only: bool,
}

/// Memory that the process holds, in bytes.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Room on the disk of `folder`.
pub fn space(folder: &Path) -> Option<Space> {
    let told = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(told.f_frsize);
    Some(Space { free: bytes(told.f_bavail), total: bytes(told.f_blocks) })
}

/// What `folder`, which exists, lies on.
pub fn mount(folder: &Path) -> Option<Mount> {
    let folder = folder.canonicalize().ok()?;
    mount_in(&fs::read_to_string("/proc/self/mountinfo").ok()?, &folder)
}

/// Looks `folder` up in the text of Linux' `mountinfo`: the longest mount point that holds it, the last where there are
/// several on one.
fn mount_in(mountinfo: &str, folder: &Path) -> Option<Mount> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(4);
        let point = unescape(left.next()?);
        let options = left.next()?;
        let mut right = right.split(' ');
        let (kind, source) = (right.next()?.to_owned(), unescape(right.next()?));
        let is_read_only = options.split(',').chain(right.next()?.split(',')).any(|option| option == "ro");
        folder.starts_with(&point).then_some((point.len(), Mount { kind, source, is_read_only }))
    });
    mounts.max_by_key(|(length, _)| *length).map(|(_, mount)| mount)
}

/// Spaces and the like are written as `\040`.
fn unescape(text: &str) -> String {
    let mut plain = text.to_owned();
    for (escaped, character) in [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")] {
        plain = plain.replace(escaped, character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &str = "\
22 1 8:2 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a,upperdir=/b
23 22 0:21 / /proc rw,nosuid - proc proc rw
24 22 0:22 / /data rw,nosuid - tmpfs tmpfs rw,size=1024k
25 24 179:2 / /data/my\\040disk rw,noatime - ext4 /dev/mmcblk0p2 ro,errors=remount-ro
";

    #[test]
    fn a_folder_is_found_on_the_longest_mount_that_holds_it() {
        let found = |folder: &str| mount_in(MOUNTINFO, Path::new(folder)).unwrap();
        assert_eq!(found("/home/ann").kind, "overlay");
        assert_eq!(found("/data/x"), Mount { kind: "tmpfs".into(), source: "tmpfs".into(), is_read_only: false });
        let card = Mount { kind: "ext4".into(), source: "/dev/mmcblk0p2".into(), is_read_only: true };
        assert_eq!(found("/data/my disk/greenroom"), card);
        assert_eq!(found("/database").kind, "overlay");
        assert_eq!(mount_in("nonsense\n", Path::new("/")), None);
    }

    #[test]
    fn this_machine_tells_about_itself() {
        if cfg!(target_os = "linux") {
            assert!(resident_bytes().unwrap() > 1 << 20);
            assert!(space(Path::new("/")).unwrap().total > 0);
            assert!(mount(Path::new("/")).is_some());
        }
    }
}
