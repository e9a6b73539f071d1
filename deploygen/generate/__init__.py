"""From a Config and its Topology to the files of the folder."""
