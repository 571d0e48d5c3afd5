"""Image ViTs in the formats of other libraries; pretrained.py reads them, export.py writes them.

arrays.py reads files, name_tables.py has the names of all formats, layouts.py the array layouts,
hyperparameters.py the sizes; read.py puts these together. configs.py writes settings files."""
