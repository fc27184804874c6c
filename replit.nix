# A C compiler for SQLite and ring; the linker comes with it.
{ pkgs }: {
  deps = [
    pkgs.gcc
  ];
}
