"""The baseline that the paper measured against: the same operations as tables and SQL functions, made from the specification's tree."""
