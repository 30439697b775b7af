#!/usr/bin/env python3
"""A screenshot of an explorer: screenshot.py PAGE.html OUT.png [--word WORD] [--dark]"""

import argparse
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import chromium

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("page", type=Path)
arguments.add_argument("output")
arguments.add_argument("--word")
arguments.add_argument("--analogy", nargs=3)
arguments.add_argument("--dark", action="store_true")
arguments.add_argument("--size", nargs=2, type=int, default=(1440, 900))
arguments = arguments.parse_args()

with chromium(*arguments.size, dark=arguments.dark) as page:
    page.get(arguments.page.resolve().as_uri())
    if arguments.word:
        page.find_element(By.ID, "search").send_keys(arguments.word, Keys.ENTER)
    for field, word in zip("abc", arguments.analogy or ()):
        page.find_element(By.ID, field).send_keys(word)
    if arguments.analogy:
        page.find_element(By.CSS_SELECTOR, "#analogy button").click()
    # Two frames: one is asked for, and it has been drawn when the next one begins.
    page.execute_async_script("const done = arguments[0]; "
                              "requestAnimationFrame(() => requestAnimationFrame(() => done()))")
    page.execute_script("document.activeElement.blur()")
    page.save_screenshot(arguments.output)
