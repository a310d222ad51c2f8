// Loaded into processes that are profiled: only a process that exits by itself writes its profile.
process.on('SIGTERM', () => process.exit(0))
