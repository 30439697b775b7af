//! What is wrong with what it hears, and what there is no room for.

use motevec_core::image::Image;
use motevec_core::sample::Generator;
use motevec_tests::firmware::Dialogue;
use rand_core::Rng;

use crate::host;
use crate::images::decode;

/// Each wrong line gets one line, and changes nothing.
#[test]
fn bad_lines_are_refused_and_change_nothing() {
    let mut host = host();
    assert_eq!(host.ask("save"), ["error: nothing is learned yet"]);
    host.ask("learn a b c d e f");
    let before = host.ask("stats");
    let cases: [(&[u8], &str); 31] = [
        (b"learn a 12345678901234567", "error: a token has at most 16 bytes: 12345678901234567"),
        ("learn a żółwżółwżż".as_bytes(), "error: a token has at most 16 bytes: żółwżółwżż"),
        (b"near 12345678901234567", "error: a token has at most 16 bytes: 12345678901234567"),
        (&[b'x'; 129], "error: a line has at most 128 bytes"),
        (&[b'x'; 5000], "error: a line has at most 128 bytes"),
        (b"learn a \xFF b", "error: the line is not UTF-8"),
        (b"learn a \xC5", "error: the line is not UTF-8"),
        (b"learn a \x00 b", "error: the line holds a control character"),
        (b"learn \x1B[31m", "error: the line holds a control character"),
        (b"lern a b", "error: no such command; try help"),
        (b"LEARN a b", "error: no such command; try help"),
        (b"   ", "error: no such command; try help"),
        (b"learn", "error: learn needs tokens"),
        (b"learn \t ", "error: learn needs tokens"),
        (b"watch", "error: watch needs tokens"),
        (b"watch a 12345678901234567", "error: a token has at most 16 bytes: 12345678901234567"),
        (b"score", "error: score needs tokens"),
        (b"score a error: b", "error: no token can be error:"),
        (b"near", "error: near takes one word"),
        (b"near a b", "error: near takes one word"),
        (b"near nobody", "error: no such word: nobody"),
        (b"vector nobody", "error: no such word: nobody"),
        // Answers would look like refusals.
        (b"learn a error: b", "error: no token can be error:"),
        (b"near error:", "error: no token can be error:"),
        (b"adopt xyzzy", "error: not in flash: xyzzy"),
        (b"stats now", "error: stats takes no arguments"),
        (b"rate", "error: rate takes one word"),
        (b"rate nan", "error: not a number: nan"),
        (b"rate -1", "error: not a number: -1"),
        (b"rate 1e30", "error: not a number: 1e30"),
        (b"quit", "error: only an emulator can be ended"),
    ];
    for (line, expected) in cases {
        host.send(line);
        assert_eq!(host.ask(""), [expected], "{:?}", String::from_utf8_lossy(line));
    }
    for rate in ["0", "0.0", "1.1", "4000000000", "."] {
        assert!(host.ask(&format!("rate {rate}"))[0].starts_with("error: "), "{rate}");
    }
    assert_eq!(host.ask("stats"), before);
}

#[test]
fn lines_may_end_and_be_spaced_as_terminals_do_it() {
    let mut host = host();
    host.send(b"\r\n\n\r  learn\ta  b \t c \r\n");
    assert!(host.hear().starts_with("loss "));
    assert_eq!(host.hear(), "ok");
    host.send("neara\x08 aü\x7F\x7Fa".as_bytes());
    assert_eq!(host.ask("").len(), 3, "two neighbors");
    host.send(&[0x08; 200]);
    assert_eq!(host.ask("rate 0.05"), ["ok"]);
    let fits = format!("learn {}", "ż ".repeat(40)) + "ab";
    assert_eq!(fits.len(), 128);
    assert_eq!(host.ask(&fits).last().map(String::as_str), Some("ok"));
}

#[test]
fn a_full_vocabulary_keeps_frequent_tokens_and_names_what_it_lets_go() {
    let mut host = host();
    for _ in 0..10 {
        for word in 0..79 {
            host.ask(&format!("learn word{word} word{}", (word + 1) % 79));
        }
    }
    host.ask("learn rare word1");
    // The first stranger finds no place, and uses up the count of "rare"; the second takes its place.
    assert_eq!(host.ask("learn stranger word1")[0], "no room for stranger");
    let answer = host.ask("learn stranger word1");
    assert_eq!(answer[0], "forgotten rare", "{answer:?}");
    assert_eq!(host.ask("near rare"), ["error: no such word: rare"]);
    assert_eq!(host.ask("near stranger").len(), 6);
    assert!(host.ask("near word78").len() == 6);
    let stats = host.ask("stats");
    assert_eq!((stats[0].as_str(), stats[2].ends_with(", dropped 1")), ("words 80 of 80", true), "{stats:?}");
    // Text runs out before places do.
    host.ask("reset");
    for word in 0..50 {
        let token = format!("long-token-{word:05} ");
        host.ask(&format!("learn {}", token.repeat(7)));
    }
    let stats = host.ask("stats");
    assert_eq!((stats[0].as_str(), stats[1].as_str()), ("words 50 of 80", "text 800 of 800 bytes"));
    assert_eq!(host.ask("adopt freedom"), ["error: no room for freedom"]);
    assert_eq!(host.ask("stats"), stats, "nothing has changed");
}

/// Rates far too high for what is learned. All numbers stay finite, so that a model can always be saved.
#[test]
fn no_rate_leaves_numbers_that_are_none() {
    let mut random = Generator::new(5, [0]);
    for rate in ["0.1", "0.3", "1"] {
        let mut host = host();
        host.ask(&format!("rate {rate}"));
        let mut restarted = false;
        for round in 0..3000 {
            let words = [2, 3, 80][round % 3];
            let tokens: Vec<_> = (0..8).map(|_| format!("w{}", random.next_u32() % words)).collect();
            let answer = host.ask(&format!("learn {}", tokens.join(" ")));
            restarted |= answer.iter().any(|line| line.starts_with("restarted, its vectors grew without end: w"));
            if round % 100 == 0 || round > 2990 {
                let saved = host.ask("save");
                assert_eq!(saved.last().map(String::as_str), Some("ok"), "rate {rate}, round {round}");
                Image::new(&decode(&saved)).expect("a sound image");
            }
        }
        assert_eq!(restarted, rate != "0.1", "at rate {rate}");
    }
}
