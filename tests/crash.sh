#!/usr/bin/env bash
# Kills training 100 times at random moments, 50 on each of two texts, and checks that it resumes to the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
MOTEVEC_KILLS=50 cargo test --locked --test crash killed -- --nocapture --test-threads 1
