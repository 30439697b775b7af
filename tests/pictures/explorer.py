#!/usr/bin/env python3
"""Uses an explorer as a reader would, in Chromium: explorer.py PAGE.html WORD A B C UNSEEN...

Fails where the page does not do what it should. Prints what it found near WORD and for A − B + C, as JSON, for the
caller to compare. The word `</script><b>` must be in the model. Each UNSEEN is a word made of n-grams.
"""

import json
import re
import sys
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import chromium, likes_dark

HOSTILE = "</script><b>"


class Explorer:
    """The page, in the words of someone who uses it."""

    def __init__(self, driver):
        self.driver = driver

    def one(self, name):
        return self.driver.find_element(By.ID, name)

    def script(self, script, *arguments):
        return self.driver.execute_script(f"return {script}", *arguments)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def frame(self):
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))")

    def search(self, text, *keys):
        field = self.one("search")
        field.clear()
        field.send_keys(text, *keys)

    def chosen(self):
        return self.one("chosen").text if self.one("word").is_displayed() else None

    def results(self, name):
        buttons = self.one(name).find_elements(By.TAG_NAME, "button")
        found = [[span.text for span in button.find_elements(By.TAG_NAME, "span")] for button in buttons]
        return [[word, float(similarity.replace("−", "-"))] for word, similarity in found]

    def view(self):
        return self.script("motevec.map.view")

    def theme(self):
        return self.script("document.documentElement.dataset.theme")

    def on_map(self):
        """An action that begins on the middle of the map, and the map."""
        return ActionChains(self.driver), self.one("map")


def searches(page, word):
    page.search(word[:3])
    options = page.driver.find_elements(By.CSS_SELECTOR, "#search-box li")
    options = [option for option in options if option.is_displayed()]
    assert 1 <= len(options) <= 8, len(options)
    assert options[0].text.startswith(word[:3]), [option.text for option in options]
    second = options[1].text
    page.one("search").send_keys(Keys.DOWN, Keys.DOWN)
    active = page.one("search").get_attribute("aria-activedescendant")
    assert page.one(active).text == second, "arrows walk through the words"
    page.one("search").send_keys(Keys.ENTER)
    assert page.chosen() == second

    page.search("sedzia", Keys.ENTER)
    assert page.chosen() == "sędzia", "a search without accents finds words that have them"
    page.search("qqqq", Keys.ENTER)
    assert page.chosen() == "sędzia", "what is unknown changes nothing"
    assert "--words-file" in page.one("search-error").text, "and it is said how to add it"
    page.search(HOSTILE, Keys.ENTER)
    assert page.chosen() == HOSTILE
    assert page.driver.find_elements(By.TAG_NAME, "b") == [], "a word is not markup"

    page.search(word[:3])
    option = next(o for o in page.driver.find_elements(By.CSS_SELECTOR, "#search-box li") if o.text == word)
    option.click()
    assert page.chosen() == word
    found = page.results("neighbors")
    page.one("neighbors").find_elements(By.TAG_NAME, "button")[1].click()
    assert page.chosen() == found[1][0], "a neighbor can be clicked"
    page.driver.back()
    assert page.chosen() == word, "back is back"
    return found


def explains(page, word, unseen):
    """Says what is known of a word."""
    page.search(word, Keys.ENTER)
    facts = page.one("facts").text
    assert re.match("word [0-9]+ by frequency, [0-9]+ times in the text", facts), facts
    for word in unseen:
        page.search(word, Keys.ENTER)
        facts = page.one("facts").text
        assert page.chosen() == word and facts.startswith("not in the text: made of its n-grams."), word
    about = page.one("about").text
    assert f"words and {len(unseen)} more, " in about, about
    return page.results("neighbors")


def keeps_in_view(page, word):
    """The neighbors of a word are on the screen, with labels; once the map is moved, the list says which are not."""
    def resting():
        page.driver.execute_async_script("setTimeout(arguments[0], 700)")

    page.search(word, Keys.ENTER)
    resting()
    assert page.script("motevec.map.marked.every(row => motevec.map.shows(row))")
    labeled = page.script("motevec.map.boxes.map(box => box[0])")
    marked = page.script("motevec.map.marked")
    assert set(marked) <= set(labeled), "each neighbor has a label"
    assert len(labeled) > len(marked), "and so have some words around them"
    off = "document.querySelectorAll('#neighbors .off').length"
    assert page.script(off) == 0
    page.script("motevec.map.pan(5000, 0)")
    resting()
    assert page.script(off) == len(marked) - 1
    nearest = page.one("neighbors").find_elements(By.TAG_NAME, "button")[0]
    name = nearest.find_element(By.TAG_NAME, "span").text
    nearest.click()
    resting()
    assert page.chosen() == name and page.script(off) == 0, "a click brings a neighbor in"


def clicks(page):
    """Words on the map, one by its label and one by its point."""
    page.keys(Keys.ESCAPE)
    page.one("show-all").click()
    page.frame()
    assert page.chosen() is None
    width, height = page.script("[motevec.map.width, motevec.map.height]")
    row, left, top, right, bottom = page.script("motevec.map.boxes[5]")
    word = page.script("motevec.words[arguments[0]]", row)
    for x, y in [((left + right) / 2, (top + bottom) / 2), page.script("motevec.screen(arguments[0])", word)]:
        page.keys(Keys.ESCAPE)
        actions, canvas = page.on_map()
        actions.move_to_element_with_offset(canvas, round(x - width / 2), round(y - height / 2)).click().perform()
        assert page.chosen() is not None, f"nothing at {x}, {y}"
        page.one("show-all").click()
        page.frame()
    page.keys(Keys.ESCAPE)
    actions, canvas = page.on_map()
    x, y = round((left + right - width) / 2), round((top + bottom - height) / 2)
    actions.move_to_element_with_offset(canvas, x, y)
    actions.click().perform()
    assert page.chosen() == word, f"the label of {word} was clicked, and {page.chosen()} chosen"


def moves(page):
    page.keys(Keys.ESCAPE)
    page.one("show-all").click()
    page.frame()
    start = page.view()
    actions, canvas = page.on_map()
    actions.move_to_element(canvas).click_and_hold().move_by_offset(120, 50).move_by_offset(60, 10).release().perform()
    dragged = page.view()
    assert dragged["x"] < start["x"] and dragged["y"] > start["y"] and dragged["scale"] == start["scale"], dragged
    ActionChains(page.driver).scroll_by_amount(0, 0).perform()
    page.script("motevec.map.canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, cancelable: true }))")
    assert page.view()["scale"] > dragged["scale"] * 1.5, "the wheel zooms"
    page.script("motevec.map.canvas.focus()")
    before = page.view()
    page.keys("+", Keys.RIGHT, Keys.UP)
    after = page.view()
    assert after["scale"] > before["scale"] and after["x"] > before["x"] and after["y"] > before["y"], "keys move"
    page.keys("0")
    page.frame()
    assert abs(page.view()["scale"] / start["scale"] - 1) < 1e-6, "0 shows all"
    page.keys("/")
    assert page.script("document.activeElement.id") == "search", "a slash searches"
    page.keys(Keys.ESCAPE)


def completes(page, words):
    for field, word in zip("abc", words):
        page.one(field).send_keys(word)
    page.driver.find_element(By.CSS_SELECTOR, "#analogy button").click()
    answers = page.results("answers")
    assert len(answers) == 8 and not set(words) & {word for word, _ in answers}
    page.one("b").clear()
    page.one("b").send_keys("qqqq", Keys.ENTER)
    assert "“qqqq”" in page.one("analogy-error").text and page.results("answers") == []
    assert page.one("b").get_attribute("aria-invalid") == "true"
    page.keys(Keys.ESCAPE)
    return answers


def groups(page):
    buttons = page.one("groups").find_elements(By.TAG_NAME, "button")
    assert len(buttons) == 10
    buttons[2].click()
    assert page.script("motevec.map.group") == 2 and buttons[2].get_attribute("aria-pressed") == "true"
    buttons[2].click()
    assert page.script("motevec.map.group") is None


def colors(page, uri):
    def paper():
        return page.script("getComputedStyle(document.body).backgroundColor")

    light = paper()
    assert page.theme() == "light"
    likes_dark(page.driver, True)
    page.frame()
    assert page.theme() == "dark" and paper() != light, "the page follows the system"
    page.keys("d")
    assert page.theme() == "light" and paper() == light
    page.driver.get(uri)
    assert page.theme() == "light", "the reader's choice is remembered"
    page.one("theme").click()
    assert page.theme() == "dark"


def on_a_phone(page, word):
    """Nothing has to be scrolled sideways, and what was asked for comes first."""
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.search(word, Keys.ENTER)
    page.frame()
    assert page.script("document.documentElement.scrollWidth") <= 390
    assert page.one("chosen").is_displayed() and page.one("chosen").location["y"] < 600
    page.search(word[:2])
    options = page.driver.find_elements(By.CSS_SELECTOR, "#search-box ul")[0]
    assert options.location["y"] + options.size["height"] <= 800, "suggestions fit"
    page.keys(Keys.ESCAPE, Keys.ESCAPE)
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def has_names(page):
    """Everything that can be used says what it is to those who do not see it."""
    for element in page.driver.find_elements(By.CSS_SELECTOR, "button, input, canvas, section"):
        if element.is_displayed():
            assert element.accessible_name, element.get_attribute("outerHTML")


def main():
    path, word, a, b, c, *unseen = sys.argv[1:]
    uri = Path(path).resolve().as_uri()
    with chromium() as driver:
        page = Explorer(driver)
        driver.get(uri)
        has_names(page)
        found = {"neighbors": searches(page, word)}
        found["unseen"] = explains(page, word, unseen)
        has_names(page)
        keeps_in_view(page, word)
        clicks(page)
        moves(page)
        found["answers"] = completes(page, [a, b, c])
        groups(page)
        colors(page, uri)
        on_a_phone(page, word)
        driver.get(f"{uri}#{word}")
        driver.refresh()
        assert page.chosen() == word, "an address leads to its word"
        resources = "performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:'))"
        assert page.script(f"{resources}.length") == 0
        assert driver.get_log("browser") == [], "the console is empty"
    print(json.dumps(found))


if __name__ == "__main__":
    main()
