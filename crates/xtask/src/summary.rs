//! Reads what test runners say at their end.

use crate::tally::Tally;

/// `test result: ok. 8 passed; 0 failed; 1 ignored; …`, once per test program.
pub(crate) fn cargo_test(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().filter(|line| line.starts_with("test result: ")) {
        tally += Tally {
            passed: number_before(line, "passed"),
            failed: number_before(line, "failed"),
            skipped: number_before(line, "ignored"),
        };
    }
    tally
}

/// `     Tests  1 failed | 12 passed | 2 skipped (15)`.
pub(crate) fn vitest(output: &str) -> Tally {
    let line = output.lines().rev().find(|line| line.trim_start().starts_with("Tests ")).unwrap_or_default();
    Tally {
        passed: number_before(line, "passed"),
        failed: number_before(line, "failed"),
        skipped: number_before(line, "skipped") + number_before(line, "todo"),
    }
}

/// `ℹ pass 5`, `ℹ fail 0` and so on, each on its own line.
pub(crate) fn node_test(output: &str) -> Tally {
    let count = |name: &str| {
        let line = output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("ℹ ")?.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0_u32)
    };
    Tally {
        passed: count("pass"),
        failed: count("fail") + count("cancelled"),
        skipped: count("skipped") + count("todo"),
    }
}

/// `Ran 5 tests in 0.1s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=1)`.
pub(crate) fn unittest(output: &str) -> Tally {
    let ran =
        output.lines().rev().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    let verdict = output.lines().rev().find(|line| line.starts_with("OK") || line.starts_with("FAILED"));
    let count = |name: &str| {
        let rest = verdict.and_then(|line| line.split_once(&format!("{name}="))).map_or("", |(_, rest)| rest);
        rest.split([',', ')']).next().and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let (failed, skipped) = (count("failures") + count("errors"), count("skipped"));
    Tally { passed: ran.unwrap_or(0_u32).saturating_sub(failed + skipped), failed, skipped }
}

/// `--- PASS: TestX (0.01s)`, once per test; subtests are indented.
pub(crate) fn go_test(output: &str) -> Tally {
    let count = |verdict: &str| {
        let lines = output.lines().filter(|line| line.starts_with(verdict)).count();
        u32::try_from(lines).unwrap_or(u32::MAX)
    };
    Tally { passed: count("--- PASS: "), failed: count("--- FAIL: "), skipped: count("--- SKIP: ") }
}

/// `[INFO] Tests run: 23, Failures: 0, Errors: 0, Skipped: 0`; lines with a time are about one class.
pub(crate) fn surefire(output: &str) -> Tally {
    let is_sum = |line: &&str| line.contains("Tests run: ") && !line.contains("Time elapsed");
    let line = output.lines().rev().find(is_sum).unwrap_or_default();
    let count = |name: &str| {
        let rest = line.split_once(&format!("{name}: ")).map_or("", |(_, rest)| rest);
        rest.split(',').next().and_then(|number| number.trim().parse().ok()).unwrap_or(0_u32)
    };
    let (failed, skipped) = (count("Failures") + count("Errors"), count("Skipped"));
    Tally { passed: count("Tests run").saturating_sub(failed + skipped), failed, skipped }
}

/// The number in front of a word, 0 if there is none.
fn number_before(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line.split_whitespace().collect();
    let found = words.windows(2).find(|pair| pair[1].trim_end_matches([';', '|']) == word);
    found.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally { passed, failed, skipped }
    }

    #[test]
    fn cargo_adds_up_all_its_programs() {
        let output = "running 2 tests\n\
            test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 9 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out; finished in 5.84s\n";
        assert_eq!(cargo_test(output), tally(17, 2, 1));
        assert_eq!(cargo_test("error: could not compile"), tally(0, 0, 0));
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let output =
            " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 12 passed | 2 skipped (15)\n";
        assert_eq!(vitest(output), tally(12, 1, 2));
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let output = "ℹ tests 9\nℹ suites 0\nℹ pass 5\nℹ fail 1\nℹ cancelled 2\nℹ skipped 1\nℹ todo 0\n";
        assert_eq!(node_test(output), tally(5, 3, 1));
    }

    #[test]
    fn unittest_says_only_what_did_not_pass() {
        assert_eq!(unittest("Ran 5 tests in 0.120s\n\nOK\n"), tally(5, 0, 0));
        assert_eq!(
            unittest("Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1)\n"),
            tally(1, 3, 1)
        );
        assert_eq!(unittest("Ran 2 tests in 0.1s\n\nOK (skipped=2)\n"), tally(0, 0, 2));
    }

    #[test]
    fn go_counts_tests_and_not_subtests() {
        let output = "=== RUN   TestA\n    --- PASS: TestA/one (0.00s)\n--- PASS: TestA (0.01s)\n--- FAIL: TestB (0.01s)\nFAIL\n";
        assert_eq!(go_test(output), tally(1, 1, 0));
    }

    #[test]
    fn surefire_sums_up_in_its_last_line() {
        let output = "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1.2 s - in SocketTest\n\
            [WARNING] Tests run: 23, Failures: 1, Errors: 2, Skipped: 3\n";
        assert_eq!(surefire(output), tally(17, 3, 3));
    }
}
