"""EHR dialects, one file each: under which names a client sends what. Rules never hear of vendors."""
