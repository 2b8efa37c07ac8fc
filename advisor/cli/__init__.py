"""The command line: one command a file; `roster` lists them, `shell` runs them."""


def main() -> None:
    """The program `advisor`: runs the command that the arguments name and exits with its status."""
    try:
        from advisor.cli.shell import run  # here, so that Ctrl-C while importing ends quietly too

        status = run()
    except KeyboardInterrupt:
        status = 130
    raise SystemExit(status)
