"""What tax a charge bears: rules by country and kind of client, and the terms that were used."""
