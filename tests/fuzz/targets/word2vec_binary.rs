#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| motevec_tests::fuzz::word2vec_binary(data));
