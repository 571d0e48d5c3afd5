"""Tables of labeled files, in the formats in which they are downloaded."""
