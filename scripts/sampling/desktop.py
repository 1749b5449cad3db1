"""A throw-away desktop: Xvfb, openbox, local pages, Chromium windows and an xterm, all ended and removed on leaving."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import cast

WIDTH: Final = 1280
HEIGHT: Final = 800
PROGRAMS: Final = ("Xvfb", "openbox", "chromium", "xterm", "xclip", "optipng", "xprop")
PAGES: Final = Path(__file__).parent / "pages"
TITLE_BUTTONS: Final = 70
"""Pixels that the title bar's buttons take at its right end."""

_THEME = """window.active.title.bg: flat solid
window.active.title.bg.color: #dbe3ea
window.inactive.title.bg: flat solid
window.inactive.title.bg.color: #eceff2
window.active.label.bg: parentrelative
window.inactive.label.bg: parentrelative
window.active.label.text.color: #1d2733
window.inactive.label.text.color: #5b6875
window.active.button.unpressed.bg: parentrelative
window.inactive.button.unpressed.bg: parentrelative
window.active.button.*.image.color: #1d2733
window.inactive.button.*.image.color: #5b6875
border.width: 1
border.color: #9aa7b3
padding.width: 6
padding.height: 4
window.handle.width: 0
window.client.padding.width: 0
window.client.padding.height: 0
window.active.button.toggled.unpressed.bg: parentrelative
window.inactive.button.toggled.unpressed.bg: parentrelative
window.label.text.justify: left
"""
_RC = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><theme><name>Sample</name><titleLayout>LIMC</titleLayout>
<font place="ActiveWindow"><name>DejaVu Sans Mono</name><size>10</size></font>
<font place="InactiveWindow"><name>DejaVu Sans Mono</name><size>10</size></font></theme>
<desktops><number>1</number></desktops><focus><focusNew>yes</focusNew></focus>
<keyboard><keybind key="A-Tab"><action name="NextWindow"><dialog>none</dialog><raise>yes</raise><finalactions>
<action name="Focus"/><action name="Raise"/><action name="Unshade"/></finalactions></action></keybind></keyboard>
<mouse><context name="Client"><mousebind button="Left" action="Press"><action name="Focus"/>
<action name="Raise"/></mousebind></context></mouse>
<applications><application class="Chromium*"><decor>yes</decor><maximized>yes</maximized></application>
<application class="XTerm"><position force="yes"><x>430</x><y>330</y></position></application></applications>
</openbox_config>
"""
_XTERM = {
    "faceName": "DejaVu Sans Mono",
    "faceSize": "11",
    "geometry": "84x20",
    "background": "#10202b",
    "foreground": "#dfe8ee",
    "cursorBlink": "false",
    "allowTitleOps": "false",
    "scrollBar": "false",
    "printerAutoClose": "true",
}
_PREFERENCES = (
    '{"browser":{"custom_chrome_frame":false},"credentials_enable_service":false,'
    '"profile":{"password_manager_enabled":false},"autofill":{"profile_enabled":false,"credit_card_enabled":false}}'
)
_FLAGS = (
    "--no-sandbox --test-type --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --disable-lcd-text --password-store=basic "
    "--disable-features=Translate,AutofillServerCommunication,OptimizationHints,MediaRouter "
    "--disable-domain-reliability "
    "--no-default-browser-check --force-device-scale-factor=1 --force-renderer-accessibility --disable-dev-shm-usage "
    "--disable-smooth-scrolling --lang=en-GB"
)


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the driver and the recorder need to know of the running desktop.

    Attributes:
        display: X display name such as ``:93``.
        port: Chromium's DevTools port on loopback.
        terminal: File that names the terminal's device once its shell has started.
        printed: File that the terminal prints its screen to when it is asked with ``CSI 0 i``.
    """

    display: str
    port: int
    terminal: Path
    printed: Path


def missing() -> list[str]:
    """Programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with a page of the folder; the host chooses the first one."""
        name = self.path.split("?")[0].strip("/")
        if not name:
            name = "mail" if self.headers.get("Host", "").startswith("mail") else "login"
        path = PAGES / (name if name.endswith(".css") else f"{name}.html")
        if path.parent != PAGES or not path.is_file():
            self.send_error(404)
            return
        body = cast.fill(path.read_text("utf-8")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if path.suffix == ".css" else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: addresses may hold typed values."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _process(command: list[str], env: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(path: Path, seconds: float = 20.0) -> None:
    stop = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > stop:
            raise TimeoutError(f"{path.name} did not appear")
        time.sleep(0.1)


def _home(root: Path) -> None:
    (root / ".themes/Sample/openbox-3").mkdir(parents=True)
    (root / ".themes/Sample/openbox-3/themerc").write_text(_THEME)
    (root / "rc.xml").write_text(_RC)
    (root / "profile/Default").mkdir(parents=True)
    (root / "profile/Default/Preferences").write_text(_PREFERENCES)
    work = root / "work"
    (work / "reports").mkdir(parents=True)
    for name in ("returns.csv", "shelves.csv", "summary.txt"):
        (work / "reports" / name).write_text("kept empty\n")
    (work / "deploy.env").write_text(
        f"REGION=north\nAWS_ACCESS_KEY_ID={cast.ACCESS_KEY}\nDATABASE_HOST={cast.ADDRESS}\nRETRIES=three\n"
    )
    (root / "shell.rc").write_text(f"tty > {root}/tty.part && mv {root}/tty.part {root}/tty\nPS1='work$ '\n")


@contextmanager
def running() -> Iterator[Desktop]:
    """Start everything, hand out the `Desktop`, end and remove everything.

    Raises:
        TimeoutError: A program did not start.
    """
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sample-", ignore_cleanup_errors=True)))
        _home(root)
        number = next(n for n in range(90, 200) if not Path(f"/tmp/.X11-unix/X{n}").exists())
        env = {
            "HOME": str(root),
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_RUNTIME_DIR": str(root),
            "PATH": os.environ["PATH"],
            "DISPLAY": f":{number}",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "CHROMIUM_FLAGS": "",
        }
        screen = f"{WIDTH}x{HEIGHT}x24"
        server = ["Xvfb", env["DISPLAY"], "-screen", "0", screen, "-dpi", "96", "-nolisten", "tcp"]
        stack.enter_context(_process(server, env, root))
        _wait(Path(f"/tmp/.X11-unix/X{number}"))
        stack.enter_context(_process(["openbox", "--config-file", str(root / "rc.xml")], env, root))
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        stack.callback(pages.shutdown)
        settings = {**_XTERM, "printerCommand": f"cat > {root}/printed"}
        xterm = ["xterm", "-title", "Terminal", "+sb"]
        for name, value in settings.items():
            xterm += ["-xrm", f"XTerm*{name}: {value}"]
        stack.enter_context(_process([*xterm, "-e", "bash", "--rcfile", str(root / "shell.rc")], env, root / "work"))
        _wait(root / "tty")
        port = _free_port()
        rules = f"MAP *.example 127.0.0.1:{pages.server_port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        secure = "http://mail.larkspur.example,http://crm.larkspur.example"
        browser = [
            "chromium",
            *_FLAGS.split(),
            f"--user-data-dir={root / 'profile'}",
            f"--remote-debugging-port={port}",
            "--remote-allow-origins=*",
            f"--host-resolver-rules={rules}",
            f"--unsafely-treat-insecure-origin-as-secure={secure}",
            f"--window-size={WIDTH},{HEIGHT}",
        ]
        stack.enter_context(_process([*browser, "--app=http://crm.larkspur.example/"], env, root))
        time.sleep(4)
        opener = [*browser, "--app=http://mail.larkspur.example/"]
        quiet = subprocess.DEVNULL
        subprocess.run(opener, env=env, cwd=root, stdin=quiet, stdout=quiet, stderr=quiet, timeout=30, check=False)
        yield Desktop(env["DISPLAY"], port, root / "tty", root / "printed")
