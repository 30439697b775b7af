#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| motevec_tests::fuzz::fasttext_model(data));
