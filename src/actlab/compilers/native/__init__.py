"""Machine code for this processor, written from formulas with LLVM: the kernels behind arrays and networks."""
