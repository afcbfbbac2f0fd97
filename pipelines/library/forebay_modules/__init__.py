"""What the studio's modules share; import from its files, as `forebay_modules.tables`."""
