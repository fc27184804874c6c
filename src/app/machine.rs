//! What the operating system tells about this machine: its name, memory of the process, room on a disk, and what kind of disk
//! it is; and the one thing that is asked of it, to let the process have many files open.
//!
//! Everything is an `Option`: another system than Linux may not tell it, and then nothing is said about it.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

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
pub(crate) struct Mount {
    /// Where it is mounted.
    pub point: PathBuf,
    /// The kind of file system: `ext4`, `tmpfs`, `overlay`.
    pub kind: String,
    /// The device, or what stands for it.
    pub source: String,
    /// Whether nothing can be written to it.
    pub is_read_only: bool,
}

/// What this machine is called.
pub(crate) fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Lets the process have as many files open as it may: each connection is one, and systems that allow many often begin with
/// few.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Where the system does not let it, the few are what there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Memory that the process holds, in bytes.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Memory of the machine, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// All of it.
    pub total: u64,
    /// What programs may still get without swapping.
    pub available: u64,
    /// Swap, free or not.
    pub swap: u64,
    /// Swap that is free.
    pub swap_free: u64,
}

/// The memory of the machine.
pub(crate) fn memory() -> Option<Memory> {
    memory_in(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn memory_in(meminfo: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Memory {
        total: bytes("MemTotal")?,
        available: bytes("MemAvailable")?,
        swap: bytes("SwapTotal")?,
        swap_free: bytes("SwapFree")?,
    })
}

/// How much memory this process and those with it may use, where a container or a service manager says so.
pub(crate) fn memory_limit() -> Option<u64> {
    limit_in(&fs::read_to_string("/proc/self/cgroup").ok()?, Path::new("/sys/fs/cgroup"))
}

/// The least limit of the groups that the text of Linux' `/proc/self/cgroup` names, and of those above them.
fn limit_in(groups: &str, root: &Path) -> Option<u64> {
    let limits = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, group) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        if controllers.is_empty() {
            return least_limit(root, group, "memory.max");
        }
        let is_memory = controllers.split(',').any(|controller| controller == "memory");
        is_memory.then(|| least_limit(&root.join("memory"), group, "memory.limit_in_bytes")).flatten()
    });
    limits.min()
}

/// In a container the names of the groups are those outside, so the folders may not be there; the last one, the root, is.
fn least_limit(root: &Path, group: &str, file: &str) -> Option<u64> {
    let limit = |folder: &Path| fs::read_to_string(root.join(folder).join(file)).ok()?.trim().parse::<u64>().ok();
    // Without a limit version 1 says a number that no machine has.
    Path::new(group).ancestors().filter_map(limit).filter(|bytes| *bytes < 1 << 50).min()
}

/// Room on the disk of `folder`; `None` where the file system counts no blocks, as some of other machines and of programs do.
pub(crate) fn space(folder: &Path) -> Option<Space> {
    let told = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(told.f_frsize);
    (told.f_blocks > 0).then(|| Space { free: bytes(told.f_bavail), total: bytes(told.f_blocks) })
}

/// What `folder`, which exists, lies on.
pub(crate) fn mount(folder: &Path) -> Option<Mount> {
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
        folder.starts_with(&point).then(|| Mount { point: PathBuf::from(point), kind, source, is_read_only })
    });
    mounts.max_by_key(|mount| mount.point.as_os_str().len())
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
        assert_eq!(
            found("/data/x"),
            Mount { point: "/data".into(), kind: "tmpfs".into(), source: "tmpfs".into(), is_read_only: false }
        );
        let card = Mount {
            point: "/data/my disk".into(),
            kind: "ext4".into(),
            source: "/dev/mmcblk0p2".into(),
            is_read_only: true,
        };
        assert_eq!(found("/data/my disk/greenroom"), card);
        assert_eq!(found("/database").kind, "overlay");
        assert_eq!(mount_in("nonsense\n", Path::new("/")), None);
    }

    #[test]
    fn memory_and_swap_are_read_in_bytes() {
        let text =
            "MemTotal:        3884324 kB\nMemFree: 1 kB\nMemAvailable:    100 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
        let expected = Memory { total: 3_884_324 << 10, available: 100 << 10, swap: 0, swap_free: 0 };
        assert_eq!(memory_in(text), Some(expected));
        assert_eq!(memory_in("MemTotal: much\n"), None);
    }

    #[test]
    fn the_least_limit_of_the_groups_above_counts_in_both_versions() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let limit = |groups: &str| limit_in(groups, root.path());
        assert_eq!(limit("0::/\n"), None, "nothing is said");
        write("memory.max", "max\n");
        assert_eq!(limit("0::/\n"), None);
        write("system.slice/memory.max", "536870912\n");
        write("system.slice/greenroom.service/memory.max", "max\n");
        assert_eq!(limit("0::/system.slice/greenroom.service\n"), Some(512 << 20));
        write("memory.max", "134217728\n");
        assert_eq!(limit("0::/docker/of/the/host\n"), Some(128 << 20), "the folder of the container is the root");
        write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(limit("5:cpu,cpuacct:/x\n4:memory:/docker/abc\n"), None);
        write("memory/docker/abc/memory.limit_in_bytes", "67108864\n");
        assert_eq!(limit("5:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/none\n"), Some(64 << 20));
        assert_eq!(limit("nonsense\n"), None);
    }

    #[test]
    fn this_machine_tells_about_itself() {
        if cfg!(target_os = "linux") {
            assert!(resident_bytes().unwrap() > 1 << 20);
            assert!(space(Path::new("/")).unwrap().total > 0);
            assert_eq!(space(Path::new("/proc")), None, "no blocks are not a full disk");
            assert!(mount(Path::new("/")).is_some());
            assert!(memory().unwrap().total > 1 << 20);
            assert!(host_name().is_some());
        }
    }

    #[test]
    fn as_many_files_may_be_open_as_the_system_lets_us_have() {
        raise_open_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
