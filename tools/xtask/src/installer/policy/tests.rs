use std::process::Command;

use super::*;

/// A folder of its own, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("signboard-policy-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn policy(&self) -> PathBuf {
        self.0.join("policy-rc.d")
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn verdict(path: &Path) -> Option<i32> {
    Command::new(path).args(["chrony", "start"]).status().unwrap().code()
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_earlier_script_comes_back_as_it_was() {
    let folder = Folder::new("earlier");
    write(&folder.policy(), "#!/bin/sh\nexit 104\n", 0o750);
    let policy = Policy::forbid(&folder.policy()).unwrap();
    assert_eq!(verdict(&folder.policy()), Some(101));
    drop(policy);
    let facts = fs::metadata(folder.policy()).unwrap();
    assert_eq!((verdict(&folder.policy()), facts.permissions().mode() & 0o777), (Some(104), 0o750));
    assert_eq!(folder.names(), ["policy-rc.d"]);
}

#[test]
fn where_there_was_none_there_is_none() {
    let folder = Folder::new("none");
    drop(Policy::forbid(&folder.policy()).unwrap());
    assert!(folder.names().is_empty());
}

#[test]
fn what_a_killed_run_left_behind_forbids_nothing_and_does_not_stay() {
    let folder = Folder::new("killed");
    let kept = beside(&folder.policy(), "kept-by-xtask");
    // No process has this id: it is beyond the kernel's greatest.
    write(&folder.policy(), &script(u32::MAX, &kept), 0o755);
    assert_eq!(verdict(&folder.policy()), Some(0));
    write(&kept, "#!/bin/sh\necho $1 $2 | grep -q 'chrony start' && exit 104\n", 0o755);
    assert_eq!(verdict(&folder.policy()), Some(104), "the earlier one is asked");
    let policy = Policy::forbid(&folder.policy()).unwrap();
    assert_eq!(verdict(&folder.policy()), Some(101));
    drop(policy);
    assert_eq!((folder.names(), verdict(&folder.policy())), (vec!["policy-rc.d".to_owned()], Some(104)));
}

/// invoke-rc.d is what a package's own scripts call. It looks at one fixed path, so it is asked in a namespace of its own, where the folder of
/// that path is a copy: the machine's own script is neither changed nor moved.
#[test]
fn lab_debian_s_own_helper_starts_nothing_while_it_is_forbidden() {
    let service = fs::read_dir("/etc/init.d").into_iter().flatten().flatten().map(|entry| entry.file_name()).min();
    let Some(service) = service.filter(|_| crate::installer::is_root() && Path::new("/usr/sbin/invoke-rc.d").exists()) else {
        say::note("SKIPPED: asking invoke-rc.d needs root on Debian and an init script");
        return;
    };
    let folder = Folder::new("helper");
    let ask = |allowed: bool| {
        let script = if allowed { "#!/bin/sh\nexit 104\n".to_owned() } else { script(std::process::id(), Path::new("/nowhere")) };
        write(&folder.policy(), &script, 0o755);
        for name in ["upper", "work"] {
            fs::create_dir_all(folder.0.join(name)).unwrap();
        }
        let steps = "mount -t tmpfs none \"$1\" && mkdir \"$1/upper\" \"$1/work\" && printf '%s' \"$3\" >\"$1/upper/policy-rc.d\" && \
                     chmod 755 \"$1/upper/policy-rc.d\" && \
                     mount -t overlay overlay -o lowerdir=/usr/sbin,upperdir=\"$1/upper\",workdir=\"$1/work\" /usr/sbin && \
                     invoke-rc.d --quiet --query \"$2\" start";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", steps, "sh"]).arg(&folder.0).arg(&service).arg(&script);
        command.status().unwrap().code()
    };
    // 104 is Debian's word for "it would be started", 101 for "it is forbidden".
    assert_eq!((ask(true), ask(false)), (Some(104), Some(101)));
}
