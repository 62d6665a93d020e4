"""Runs onnx's full checker on each file named, and prints how many passed."""
import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
print(f'{len(sys.argv) - 1} checked')
