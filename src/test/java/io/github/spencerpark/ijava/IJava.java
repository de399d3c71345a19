package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;

/** Stands for IJava's class of this name, which is on no Maven repository. */
public final class IJava {

  private static BaseKernel kernel;

  private IJava() {}

  public static BaseKernel getKernelInstance() {
    return kernel;
  }

  /** Starts or, with null, ends the kernel of a test. */
  public static void run(BaseKernel newKernel) {
    kernel = newKernel;
  }
}
