import shutil

from tests.deploygen import golden
from tests.deploygen.made import config_text

(golden.FOLDER / "defaults" / "config.sh").write_text(config_text(), encoding="utf-8")
for case in golden.CASES:
    folder = golden.FOLDER / case / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in golden.generated(case).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
