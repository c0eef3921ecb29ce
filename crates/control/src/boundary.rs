/// A place between two steps at which tests kill the process, to see that nothing is lost or doubled
/// when it ends there. In a release build it is nothing.
///
/// `CAMPANILE_ABORT_AT=name:n` aborts the process, without unwinding, when the boundary of that name is
/// passed for the n-th time.
#[inline]
pub fn boundary(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::{
        env, process,
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
    };

    /// The boundary to end at, and at which passing.
    static FATAL: LazyLock<Option<(String, u64)>> =
        LazyLock::new(|| env::var("CAMPANILE_ABORT_AT").ok().as_deref().and_then(parse));
    static PASSED: AtomicU64 = AtomicU64::new(0);

    pub(super) fn pass(name: &str) {
        if let Some((fatal, n)) = &*FATAL
            && fatal == name
            && PASSED.fetch_add(1, Relaxed) + 1 == *n
        {
            process::abort();
        }
    }

    pub(super) fn parse(text: &str) -> Option<(String, u64)> {
        let (name, n) = text.rsplit_once(':')?;
        Some((name.to_owned(), n.parse().ok()?))
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use std::{env, os::unix::process::ExitStatusExt, process::Command};

    use super::{armed::parse, boundary};

    /// What the test below runs as a process of its own.
    #[test]
    fn passing_three_times() {
        (0..3).for_each(|_| boundary("test.passed"));
    }

    #[test]
    fn the_process_is_killed_at_the_passing_that_was_named() {
        let pass = |at: &str| {
            let mut child = Command::new(env::current_exe().unwrap());
            child.args(["--exact", "boundary::tests::passing_three_times"]);
            child.env("CAMPANILE_ABORT_AT", at).output().unwrap().status
        };
        assert_eq!(pass("test.passed:3").signal(), Some(6));
        for at in ["test.passed:4", "test.other:1", ""] {
            assert!(pass(at).success(), "{at:?}");
        }
    }

    #[test]
    fn a_boundary_is_named_with_the_number_of_its_passing() {
        assert_eq!(parse("writer.committed:3"), Some(("writer.committed".to_owned(), 3)));
        for text in ["", "writer.committed", "writer.committed:", "writer.committed:x"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
