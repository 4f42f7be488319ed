"""Our kernel under jupyter_kernel_test 0.7.0. Started by `npm run test:kernel`, which installs the kernelspec."""

import unittest

import jupyter_kernel_test


class DiffSvcKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "diff-svc"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "Math.ab", "matches": {"abs"}},
        {"text": "Math.clz", "matches": {"clz32"}},
    ]
    complete_code_samples = ["1", 'console.log("x")', "function f() { return 1 }", "const a = [1,\n2]", "await f()"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "if (true) {", "`half"]
    invalid_code_samples = ["let 1a = ;", "const x = )"]
    code_generate_error = "throw new Error('x')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": '"a" + "b"', "result": "'ab'"},
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab"; display.html("<b>x</b>")', "mime": "text/html"},
        {"code": 'import { display } from "tslab"; display.png(Buffer.from("iVBORw0KGgo=", "base64"))', "mime": "image/png"},
        {"code": 'import { display } from "tslab"; display.svg("<svg/>")', "mime": "image/svg+xml"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "search", "range")
    code_inspect_sample = "Math.abs"
    code_clear_output = '(globalThis as any)[Symbol.for("diff-svc.kernel")].clearOutput()'


if __name__ == "__main__":
    unittest.main()
