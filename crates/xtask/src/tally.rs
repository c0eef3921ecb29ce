use std::{fmt, ops::AddAssign};

/// How many checks ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Tally {
    /// One check by its outcome.
    pub(crate) fn one(passed: bool) -> Self {
        Self { passed: passed.into(), failed: (!passed).into(), skipped: 0 }
    }

    /// One check that could not be done here.
    pub(crate) fn skipped() -> Self {
        Self { skipped: 1, ..Self::default() }
    }

    /// What a runner counted, if its exit code agrees. A runner that fails without counting a failure
    /// crashed or did not compile; one that succeeds without counting anything ran nothing. Both are a
    /// failed check.
    pub(crate) fn agreeing_with(mut self, success: bool) -> Self {
        let lies = if success { self.passed == 0 && self.skipped == 0 } else { self.failed == 0 };
        self.failed += u32::from(lies);
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_mentions_skipped_checks_only_if_there_are_any() {
        assert_eq!(Tally { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Tally { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn a_runner_whose_exit_code_and_count_disagree_is_a_failed_check() {
        let nothing = Tally::default();
        assert_eq!((nothing.agreeing_with(true).failed, nothing.agreeing_with(false).failed), (1, 1));
        let passed = Tally { passed: 2, ..nothing };
        assert_eq!((passed.agreeing_with(true).failed, passed.agreeing_with(false).failed), (0, 1));
        let failed = Tally { failed: 2, ..nothing };
        assert_eq!(failed.agreeing_with(false).failed, 2);
    }
}
