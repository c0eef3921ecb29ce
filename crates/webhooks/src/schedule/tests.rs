use super::*;

const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
const HOUR: Duration = Duration::from_secs(3600);

fn circumstances(attempt: u32) -> Circumstances {
    Circumstances {
        attempt,
        since: START,
        order: DeliveryOrder::Strict,
        failing_since: None,
        may_disable: true,
    }
}

fn answer(status: u16) -> Verdict {
    Verdict { status: Some(status), retry_after: None }
}

const SILENCE: Verdict = Verdict { status: None, retry_after: None };

/// Plays a batch that never succeeds against a clock of its own: the pauses, until it is given up.
fn play(
    verdict: Verdict,
    order: DeliveryOrder,
    jitter: impl Fn(u32) -> f64,
) -> (Vec<Duration>, OffsetDateTime) {
    let (mut now, mut pauses) = (START, Vec::new());
    for attempt in 1.. {
        match decide(verdict, &Circumstances { order, ..circumstances(attempt) }, now, jitter(attempt)) {
            Outcome::RetryIn(pause) => {
                pauses.push(pause);
                now += pause;
            }
            Outcome::Dead => break,
            other => panic!("{other:?}"),
        }
    }
    (pauses, now)
}

#[test]
fn the_whole_schedule_keeps_to_its_bands_up_to_72_hours() {
    const BANDS: [u64; 12] = [1, 2, 4, 8, 15, 30, 60, 2 * 60, 5 * 60, 10 * 60, 20 * 60, 30 * 60];
    // The extremes, the middle, and a jumble.
    let jitters: [fn(u32) -> f64; 4] =
        [|_| 0.0, |_| -1.0, |_| 1.0, |attempt| f64::from(attempt * 7919 % 2001) / 1000.0 - 1.0];
    for verdict in [SILENCE, answer(500), answer(302), answer(404), answer(429)] {
        for jitter in jitters {
            let (pauses, end) = play(verdict, DeliveryOrder::Strict, jitter);
            for (index, pause) in pauses.iter().enumerate() {
                let seconds = BANDS.get(index).copied().unwrap_or(3600) as f64;
                let band = seconds * 0.799..seconds * 1.201;
                assert!(band.contains(&pause.as_secs_f64()), "try {}: {pause:?}", index + 2);
            }
            let lasted = Duration::try_from(end - START).unwrap();
            assert!(lasted <= 72 * HOUR && lasted > 72 * HOUR - HOUR.mul_f64(1.2), "{lasted:?}");
        }
    }
    let (pauses, _) = play(SILENCE, DeliveryOrder::Strict, |_| 0.0);
    assert_eq!(pauses.len(), 12 + 70, "an hour and ten minutes, then 70 hours");
}

#[test]
fn a_relaxed_batch_is_set_aside_after_twelve_tries() {
    let (pauses, end) = play(SILENCE, DeliveryOrder::Relaxed, |_| 0.0);
    assert_eq!(pauses.len(), 11);
    assert!(end - START < HOUR);
}

#[test]
fn a_status_decides_what_follows() {
    let asked = |status| Verdict { status: Some(status), retry_after: Some(Duration::from_secs(60)) };
    let retry = |seconds| Outcome::RetryIn(Duration::from_secs(seconds));
    for (verdict, expected) in [
        (answer(200), Outcome::Delivered),
        (answer(204), Outcome::Delivered),
        (answer(299), Outcome::Delivered),
        (answer(199), retry(1)),
        (answer(301), retry(1)),
        (answer(400), retry(1)),
        (answer(410), Outcome::Disable(DisabledReason::Gone)),
        (asked(429), retry(60)),
        (asked(503), retry(60)),
        (asked(500), retry(1)),
        (SILENCE, retry(1)),
    ] {
        assert_eq!(decide(verdict, &circumstances(1), START, 0.0), expected, "{verdict:?}");
    }
    let late = START + 72 * HOUR;
    assert_eq!(decide(answer(200), &circumstances(90), late, 0.0), Outcome::Delivered);
    assert_eq!(decide(answer(500), &circumstances(90), late, 0.0), Outcome::Dead);
}

#[test]
fn five_days_of_nothing_but_failures_disable() {
    let failing = |since| Circumstances { failing_since: Some(since), ..circumstances(12) };
    let now = START + 120 * HOUR;
    let recent = Circumstances { since: now, ..failing(START + Duration::from_secs(1)) };
    assert!(matches!(decide(SILENCE, &recent, now, 0.0), Outcome::RetryIn(_)));
    let long = Circumstances { since: now, ..failing(START) };
    assert_eq!(decide(SILENCE, &long, now, 0.0), Outcome::Disable(DisabledReason::Failing));
    assert_eq!(decide(answer(200), &long, now, 0.0), Outcome::Delivered);
    let relaxed = Circumstances { order: DeliveryOrder::Relaxed, ..long };
    assert_eq!(decide(SILENCE, &relaxed, now, 0.0), Outcome::Disable(DisabledReason::Failing));
    let listened = Circumstances { may_disable: false, ..long };
    assert!(matches!(decide(SILENCE, &listened, now, 0.0), Outcome::RetryIn(_)));
    assert!(matches!(decide(answer(410), &listened, now, 0.0), Outcome::RetryIn(_)));
}

#[test]
fn a_blip_after_quiet_days_disables_nothing() {
    let now = START + 120 * HOUR;
    for attempt in 1..12 {
        let blip = Circumstances { since: now, failing_since: Some(START), ..circumstances(attempt) };
        assert!(matches!(decide(SILENCE, &blip, now, 0.0), Outcome::RetryIn(_)), "try {attempt}");
    }
}

#[test]
fn what_the_endpoint_asks_for_is_waited_out_up_to_an_hour() {
    let pause = |after| {
        let verdict = Verdict { status: Some(503), retry_after: Some(Duration::from_secs(after)) };
        decide(verdict, &circumstances(1), START, 0.0)
    };
    assert_eq!(pause(120), Outcome::RetryIn(Duration::from_secs(120)));
    assert_eq!(pause(0), Outcome::RetryIn(Duration::from_secs(1)));
    assert_eq!(pause(1_000_000), Outcome::RetryIn(HOURLY));
}

#[test]
fn jitter_is_random_within_its_bounds() {
    let jitters: Vec<f64> = (0..1000).map(|_| random_jitter()).collect();
    assert!(jitters.iter().all(|jitter| (-1.0..=1.0).contains(jitter)));
    assert!(jitters.iter().any(|jitter| *jitter < -0.5) && jitters.iter().any(|jitter| *jitter > 0.5));
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = OffsetDateTime::from_unix_timestamp(1_445_412_420).unwrap();
    assert_eq!(parse_retry_after(" 17 ", now), Some(Duration::from_secs(17)));
    assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(60)));
    assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:26:00 GMT", now), Some(Duration::ZERO));
    for text in ["", "soon", "-1", "1.5"] {
        assert_eq!(parse_retry_after(text, now), None, "{text:?}");
    }
}
