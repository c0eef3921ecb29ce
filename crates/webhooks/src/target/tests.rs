use super::*;

const STRICT: TargetPolicy = TargetPolicy { allow_loopback: false, allow_private: false };
const LOOPBACK: TargetPolicy = TargetPolicy { allow_loopback: true, allow_private: false };
const PRIVATE: TargetPolicy = TargetPolicy { allow_loopback: false, allow_private: true };
const ALL: TargetPolicy = TargetPolicy { allow_loopback: true, allow_private: true };

/// Hosts as a tenant may write them, by what they lead to.
const LOOPBACK_HOSTS: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "１２７.0.0.1",
    "127。0。0。1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
];

const PRIVATE_HOSTS: &[&str] = &[
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "0xc0a80001",
    "100.64.0.1",
    "100.127.255.255",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:c0a8:1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:c0a8:0001::]",
];

const NEVER_HOSTS: &[&str] = &[
    "0.0.0.0",
    "0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::2]",
    "[::127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::1]",
    "[2002:a9fe:a9fe::]",
    "[2001::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[4000::1]",
];

const PUBLIC_HOSTS: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "100.63.255.255",
    "100.128.0.1",
    "169.253.1.1",
    "198.17.0.1",
    "223.255.255.255",
    "[2606:4700::1111]",
    "[2a00:1450::1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::8.8.8.8]",
    "[2002:808:808::]",
    "example.com",
    "localhost.example.com",
];

fn check(hosts: &[&str], policies: [(TargetPolicy, bool); 4]) {
    for host in hosts {
        for (policy, allowed) in policies {
            for scheme in ["http", "https"] {
                let url = format!("{scheme}://{host}:8443/x");
                assert_eq!(policy.check_url(&url).is_ok(), allowed, "{url} {policy:?}");
            }
        }
    }
}

#[test]
fn this_machine_is_reached_only_when_loopback_is_allowed() {
    check(LOOPBACK_HOSTS, [(STRICT, false), (PRIVATE, false), (LOOPBACK, true), (ALL, true)]);
}

#[test]
fn private_networks_are_reached_only_when_they_are_allowed() {
    check(PRIVATE_HOSTS, [(STRICT, false), (LOOPBACK, false), (PRIVATE, true), (ALL, true)]);
}

#[test]
fn metadata_and_reserved_addresses_are_never_reached() {
    check(NEVER_HOSTS, [(STRICT, false), (LOOPBACK, false), (PRIVATE, false), (ALL, false)]);
}

#[test]
fn the_internet_is_always_reached() {
    check(PUBLIC_HOSTS, [(STRICT, true), (LOOPBACK, true), (PRIVATE, true), (ALL, true)]);
}

#[test]
fn what_has_no_host_is_refused() {
    for url in ["", "http://", "not a url", "data:text/plain,x", "http://[::1", "http://256.1.1.1/"] {
        assert!(ALL.check_url(url).is_err(), "{url:?}");
    }
    // A name in front of the '@' is not the host.
    assert!(STRICT.check_url("http://example.com@127.0.0.1/").is_err());
    assert!(STRICT.check_url("http://example.com\\@127.0.0.1/").is_ok(), "the backslash ends the host");
}

#[test]
fn threat_1_only_ports_of_web_servers_are_reached_in_public() {
    for port in [80, 443, 1024, 3000, 5000, 8000, 8080, 8443, 9443, 49_152, 65_535] {
        assert_eq!(STRICT.check_url(&format!("http://1.1.1.1:{port}/")), Ok(port));
        assert_eq!(STRICT.check_url(&format!("https://example.com:{port}/")), Ok(port));
    }
    assert_eq!(STRICT.check_url("http://example.com/"), Ok(80));
    assert_eq!(STRICT.check_url("https://example.com/"), Ok(443));
    let others = [
        0, 1, 21, 22, 23, 25, 53, 110, 143, 445, 465, 587, 993, 1023, 1433, 2375, 3306, 3389, 5432, 6379,
        6667, 9200, 9300, 11_211, 27_017,
    ];
    for port in others {
        for host in ["1.1.1.1", "[2606:4700::1111]", "[64:ff9b::8.8.8.8]", "example.com"] {
            assert!(STRICT.check_url(&format!("http://{host}:{port}/")).is_err(), "{host}:{port}");
        }
        assert!(ALL.check_url(&format!("http://1.1.1.1:{port}/")).is_err());
        // What the operator opened, he opened for whatever runs there.
        assert!(LOOPBACK.check_url(&format!("http://127.0.0.1:{port}/")).is_ok());
        assert!(PRIVATE.check_url(&format!("http://10.0.0.1:{port}/")).is_ok());
        // A name may mean such an address: that is seen when it is resolved.
        assert!(PRIVATE.check_url(&format!("http://db.example.com:{port}/")).is_ok());
        assert!(!PRIVATE.allows(IpAddr::from([1, 1, 1, 1]), port));
        assert!(PRIVATE.allows(IpAddr::from([10, 0, 0, 1]), port));
    }
}
