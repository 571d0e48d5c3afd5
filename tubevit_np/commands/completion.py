"""Completion of commands, options, names and files in a shell, by a script that shtab writes."""

FILES = ("PATH", "FILE", "RUN", "SMALL", "LARGE", "N|FILE")  # metavars whose values are files


def completion(options, engine):
    """Print the script for one shell."""
    import shtab

    from tubevit_np.commands import cli

    parser = cli.parser(options.package, cli.SCRIPT_OF[options.package])
    for sub in cli.subparsers(parser).values():
        for action in sub._actions:
            if getattr(action, "values", ()):
                action.choices = tuple(action.values)
            elif action.metavar in FILES:
                action.complete = shtab.FILE
            elif action.metavar == "FOLDER":
                action.complete = shtab.DIRECTORY
    print(shtab.complete(parser, options.shell))
