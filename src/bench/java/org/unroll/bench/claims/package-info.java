/** Programs that measure claims of articles and books about recurrent networks. */
package org.unroll.bench.claims;
