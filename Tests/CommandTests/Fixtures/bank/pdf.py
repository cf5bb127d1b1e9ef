"""Writes a PDF with one compressed attachment: pdf.py NAME FILE; - is standard input."""

import sys
import zlib

name, path = sys.argv[1], sys.argv[2]
packer = zlib.compressobj(9)
source = sys.stdin.buffer if path == "-" else open(path, "rb")
content = b""
while part := source.read(1 << 24):
    content += packer.compress(part)
content += packer.flush()
objects = [
    b"<< /Type /Catalog /Pages 2 0 R /AF [3 0 R] >>",
    b"<< /Type /Pages /Kids [] /Count 0 >>",
    b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 4 0 R >> >>" % ((name.encode(),) * 2),
    b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    % (len(content), content),
]
out = b"%PDF-1.7\n"
offsets = []
for number, body in enumerate(objects):
    offsets.append(len(out))
    out += b"%d 0 obj\n%s\nendobj\n" % (number + 1, body)
table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
out += b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
    table, len(out))
sys.stdout.buffer.write(out)
