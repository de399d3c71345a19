/** Runs the trials of a search, forecasts of many series and predictions on Apache Spark. */
package org.unroll.spark;
