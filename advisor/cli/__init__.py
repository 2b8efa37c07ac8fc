"""The command line: one command a file; `roster` lists them, `shell` runs them."""

import gc


def main() -> None:
    """The program `advisor`: runs the command that the arguments name and exits with its status."""
    gc.set_threshold(50_000, 20, 20)  # a short life with many small values: looking for circles rarely is worth 5%
    try:
        from advisor.cli.shell import run  # here, so that Ctrl-C while importing ends quietly too

        status = run()
    except KeyboardInterrupt:
        status = 130
    gc.freeze()  # or Python looks through all that is left for circles on its way out, for a tenth of the whole time
    raise SystemExit(status)
