"""Image ViTs as others write them; pretrained.py takes them in, export.py writes them.

arrays.py reads files, names.py has everybody's names, axes.py how their arrays lie, facts.py their
sizes, read.py puts these together; settings.py is what others are told beside the weights."""
