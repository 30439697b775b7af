"""A real Chromium without a window, driven by its WebDriver through selenium."""

import os
import shutil
from contextlib import contextmanager

from selenium import webdriver

OPTIONS = ["--headless=new", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1", "--lang=en-US"]


@contextmanager
def chromium(width=1440, height=900, dark=False):
    """A browser whose page is width × height, on a system that likes dark colors or light ones."""
    options = webdriver.ChromeOptions()
    for option in OPTIONS:
        options.add_argument(option)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses to work for root.
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        likes_dark(driver, dark)
        yield driver
    finally:
        driver.quit()


def likes_dark(driver, dark):
    """Tells pages which colors the system has. Nothing moves: pictures and places are then final at once."""
    features = [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
